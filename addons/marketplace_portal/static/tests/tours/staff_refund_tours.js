import { registry } from "@web/core/registry";
import { card, check, click, openApp, openRow, shows } from "./staff_tours";

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
        check("Done", `.o_list_view:not(:has(.modal)):not(:has(.o_data_row:contains("${SHOPPER}")))`),
    ],
});

tours.add("marketplace_staff_refund_outcome", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Refunds nobody knows about"),
        ...openRow(SHOPPER),
        check("What to do", ".alert-warning:contains('nobody knows whether the shopper has the money')"),
        shows("marketplace_payment_reference", "PAY-113"),
        click("It has", ".o_form_statusbar button:contains('The Provider Has Refunded')"),
        { content: "What it says", trigger: ".modal [name='reason'] textarea", run: "edit Paid today" },
        click("Confirm", ".modal button[name='action_confirm']"),
        check("Settled", ".o_arrow_button_current[data-value='done']"),
    ],
});
