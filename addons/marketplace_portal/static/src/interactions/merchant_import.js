import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const PAUSE = 1500;

/**
 * Moves the progress bar of a running import, and shows the result when it has ended.
 */
export class MerchantImport extends Interaction {
    static selector = ".o_merchant_import_running";
    dynamicContent = {
        ".progress-bar": {
            "t-att-style": () => ({ width: `${this.progress}%` }),
            "t-att-aria-valuenow": () => this.progress,
        },
        ".o_import_done": { "t-out": () => this.done },
        ".o_import_errors": { "t-out": () => this.errors },
    };

    setup() {
        const { progress, done, errors } = this.el.dataset;
        Object.assign(this, { progress: Math.round(progress), done, errors });
    }

    start() {
        this.waitForTimeout(() => this.look(), PAUSE);
    }

    async look() {
        try {
            const figures = await this.waitFor(
                rpc(`/my/merchant/imports/${this.el.dataset.importId}/progress`, {}, { silent: true })
            );
            if (figures.state !== "running") {
                window.location.reload();
                return;
            }
            this.progress = Math.round(figures.progress);
            this.done = figures.done_count;
            this.errors = figures.error_count;
        } catch {
            // The connection is back at the next look, or the one after it.
        }
        this.waitForTimeout(() => this.look(), PAUSE);
    }
}

registry.category("public.interactions").add("marketplace_portal.merchant_import", MerchantImport);
