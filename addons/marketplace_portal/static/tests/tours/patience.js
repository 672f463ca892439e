import { registry } from "@web/core/registry";

const STEP_MILLISECONDS = 30000;
const tours = registry.category("web_tour.tours");

/** Let our tours wait longer for a step than Odoo's: test processes share the machine's cores. */
function wait(name, tour) {
    if (name.startsWith("marketplace_")) {
        const { steps } = tour;
        tour.steps = () => steps().map((step) => ({ timeout: STEP_MILLISECONDS, ...step }));
    }
}

tours.getEntries().forEach(([name, tour]) => wait(name, tour));
tours.addEventListener("UPDATE", ({ detail }) => {
    if (detail.operation === "add") {
        wait(detail.key, detail.value);
    }
});
