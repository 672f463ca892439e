import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/**
 * Tabs and steps that scroll sideways on a phone start with the current entry in sight.
 */
export class MerchantScroll extends Interaction {
    static selector = ".o_merchant_tabs, .o_merchant_steps";

    start() {
        const currentEl = this.el.querySelector(".active, .o_step_current");
        if (currentEl) {
            this.el.scrollLeft =
                currentEl.offsetLeft - (this.el.clientWidth - currentEl.offsetWidth) / 2;
        }
    }
}

registry.category("public.interactions").add("marketplace_portal.merchant_scroll", MerchantScroll);
