import { patch } from "@web/core/utils/patch";
import { Checkout } from "@website_sale/interactions/checkout";

patch(Checkout.prototype, {
    /** Show what each merchant charges along with the sum. */
    _updateCartSummary(result, targetEl) {
        super._updateCartSummary(...arguments);
        const parts = targetEl.querySelector(".o_marketplace_freight");
        if (parts && result.marketplace_freight) {
            parts.innerHTML = result.marketplace_freight;
        }
    },
});
