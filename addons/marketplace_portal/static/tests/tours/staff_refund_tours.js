import { registry } from "@web/core/registry";
import { card, check, click, openApp } from "./staff_tours";

const tours = registry.category("web_tour.tours");
const SHOPPER = "journey_shopper";

tours.add("marketplace_staff_refund_by_hand", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Refunds to pay by hand"),
        click("Pay", `.o_data_row:contains("${SHOPPER}") button[name="action_register_payment"]`),
        check("The amount", ".modal .o_field_widget[name='amount'] input:value('113.00')"),
        click("Register", ".modal button[name='action_create_payments']"),
        check("Paid", ".o_arrow_button_current[data-value='paid']"),
        click("Back", ".o_breadcrumb a:contains('Refunds to pay by hand')"),
        check("Done", `.o_action_manager:not(:has(.o_data_row:contains("${SHOPPER}")))`),
    ],
});

tours.add("marketplace_staff_refund_outcome", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Refunds nobody knows about"),
        check("Why", `.o_data_row:contains("${SHOPPER}"):contains("Could not establish the connection")`),
        click("The provider has refunded", `.o_data_row:contains("${SHOPPER}") button:has(.fa-check)`),
        { content: "What it says", trigger: ".modal [name='reason'] textarea", run: "edit Paid today" },
        click("Confirm", ".modal button[name='action_confirm']"),
        check("Settled", `.o_action_manager:not(:has(.o_data_row:contains("${SHOPPER}")))`),
    ],
});
