import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");
export const MERCHANT = "Cloud Leaf Trading";

export function click(content, trigger) {
    return { content, trigger, run: "click" };
}

export function check(content, trigger) {
    return { content, trigger };
}

/** Press a button of the form, named as in its view. */
export function press(name) {
    return click(`Press ${name}`, `.o_form_statusbar button[name="${name}"]:enabled`);
}

export function confirm() {
    return click("Yes", ".modal-footer button.btn-primary:enabled");
}

/** Whoever proposed something has no button to approve it. */
export function notAlone() {
    return check("Nobody approves alone", ".o_form_statusbar:not(:has(button[name='action_approve']))");
}

export function state(value) {
    return check(`Now ${value}`, `.o_arrow_button_current[data-value="${value}"]`);
}

export function shows(field, text) {
    return check(`${field} is ${text}`, `.o_field_widget[name="${field}"]:contains("${text}")`);
}

export function type(field, text) {
    const inside = `[name="${field}"]`;
    return {
        content: `Type ${field}`,
        trigger: `${inside} textarea, ${inside} input`,
        run: `edit ${text}`,
    };
}

/** Open what one of the home's cards counts. */
export function card(name) {
    return [
        check("The home", ".o_marketplace_home"),
        click(name, `.o_marketplace_home .o_kanban_record:contains("${name}")`),
        check("What the card counts", `.o_breadcrumb:contains("${name}")`),
    ];
}

export function openRow(text) {
    return [
        click(`Open ${text}`, `.o_data_row:contains("${text}") .o_data_cell:contains("${text}")`),
        check("Its form", ".o_form_view .o_form_statusbar"),
    ];
}

/** Go to a menu item in one of the app's sections. */
export function menu(section, item) {
    const settlement = "marketplace_settlement";
    return [
        click(section, `.o_menu_sections [data-menu-xmlid="${settlement}.${section}"]`),
        click(item, `.o-dropdown--menu [data-menu-xmlid="${settlement}.${item}"]`),
    ];
}

export const openApp = () => stepUtils.goToAppSteps("marketplace_merchant.menu_root", "Marketplace");

// The button of a line that asks for a remark is an icon, and its name the number of an action.
const CHECKS = ".o_field_widget[name='check_ids']";

const DOCUMENT = `${CHECKS} .o_data_row:has([name="action_open_file"])`;

function checkOf(name) {
    return `${CHECKS} .o_data_row:contains("${name}")`;
}

function accept(row) {
    return [
        click("Accept", `${row} button[name="action_accept"]`),
        check("It is accepted", `${row}:contains("Accepted")`),
    ];
}

tours.add("marketplace_staff_officer_ask", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("New applications"),
        ...openRow(MERCHANT),
        press("action_start_review"),
        state("in_review"),
        press("action_accept_passed"),
        check("What passed is accepted", `${checkOf("Licence number")}:contains("Accepted")`),
        click("Ask about a document", `${DOCUMENT} button:has(.fa-question)`),
        { content: "What is missing", trigger: ".modal [name='reason'] textarea", run: "edit The stamp cannot be read." },
        click("Note it", ".modal button[name='action_confirm']"),
        check("The remark stands at its check", `${DOCUMENT}:contains("The stamp cannot be read."):contains("Asked")`),
        press("action_request_info"),
        confirm(),
        state("info_required"),
    ],
});

tours.add("marketplace_staff_officer_recommend", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Applications in review"),
        ...openRow(MERCHANT),
        check("What was accepted stays", `${checkOf("Licence number")}:contains("Accepted")`),
        ...accept(DOCUMENT),
        ...accept(checkOf("Company and representative")),
        ...accept(checkOf("Shop name and text")),
        press("action_recommend"),
        check("A second person decides", ".alert:contains('A second person decides')"),
        notAlone(),
    ],
});

tours.add("marketplace_staff_officer_approve", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Applications to approve"),
        ...openRow(MERCHANT),
        press("action_approve"),
        confirm(),
        state("approved"),
        shows("merchant_id", MERCHANT),
    ],
});

tours.add("marketplace_staff_officer_listing", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Listings to review"),
        ...openRow("Journey Tea Set"),
        press("action_approve_listing"),
        state("live"),
    ],
});

tours.add("marketplace_staff_accountant_send", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        check("The home", ".o_marketplace_home"),
        ...menu("menu_settlement", "menu_generate_statements"),
        ...openRow(MERCHANT),
        shows("amount_gross", "123.00"),
        shows("amount_fee", "9.04"),
        shows("amount_net", "113.96"),
        press("action_send"),
        state("sent"),
    ],
});

tours.add("marketplace_staff_accountant_post", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Statements to post"),
        ...openRow(MERCHANT),
        press("action_post"),
        state("posted"),
        click("Its journal entries", ".oe_stat_button[name='action_view_moves']"),
        check("Settlement, fees, netting", ".o_list_view .o_data_row:nth-child(3)"),
        click("The settlement", ".o_data_row:contains('123.00') .o_data_cell[name='name']"),
        click("Journal items", ".nav-link[name='aml_tab']"),
        check("Off the clearing account", "[name='line_ids'] .o_data_row [name='debit']:contains('123.00')"),
        check("And owed", "[name='line_ids'] .o_data_row [name='credit']:contains('123.00')"),
        ...menu("menu_settlement", "menu_payout_batch"),
        click("New", ".o_list_button_add"),
        check("What will happen", ".alert:contains('Save to draw up')"),
        click("Save", ".o_form_button_save"),
        shows("payout_ids", MERCHANT),
        notAlone(),
    ],
});

tours.add("marketplace_staff_finance_manager", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Payout batches to approve"),
        ...openRow("journey_accountant"),
        shows("payout_ids", MERCHANT),
        press("action_approve"),
        state("approved"),
        shows("approved_by_id", "journey_finance_manager"),
    ],
});

tours.add("marketplace_staff_accountant_pay", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Payout batches to send"),
        ...openRow("journey_accountant"),
        press("action_send"),
        confirm(),
        state("sent"),
        click(
            "Open the merchant's payout",
            `[name="payout_ids"] .o_data_row:contains("${MERCHANT}") button[name="get_formview_action"]`
        ),
        shows("amount", "113.96"),
        press("action_mark_paid"),
        check("The bank's reference is asked for", ".modal:contains('reference')"),
        confirm(),
        type("bank_reference", "BANK-0001"),
        press("action_mark_paid"),
        state("paid"),
        ...menu("menu_settlement", "menu_deposit_movement"),
        check("The merchant's deposit", `.o_list_view .o_data_row:contains("${MERCHANT}")`),
        ...menu("menu_settlement", "menu_reconciliation"),
        check("Nothing found", ".o_form_view .alert-success:contains('Nothing found')"),
    ],
});

tours.add("marketplace_staff_arbitrator", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Complaints to decide"),
        ...openRow("A crack in the journey's glaze"),
        shows("message_line_ids", "It left us in one piece."),
        press("action_take"),
        click("Decision", ".nav-link[name='decision']"),
        type("decision", "The photo shows the crack."),
        click("Add a remedy", "[name='remedy_ids'] .o_field_x2many_list_row_add a"),
        {
            content: "Half of the price and the freight",
            trigger: "[name='remedy_ids'] .o_selected_row [name='amount'] input",
            run: "edit 61.50",
        },
        press("action_decide"),
        confirm(),
        state("decided"),
        press("action_execute"),
        confirm(),
        state("executed"),
        shows("refunded_amount", "61.50"),
    ],
});

tours.add("marketplace_staff_manager_bank", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Bank accounts to verify"),
        ...openRow(MERCHANT),
        shows("number_masked", "****6789"),
        press("action_verify"),
        confirm(),
        state("verified"),
        check("It cools off", ".alert-info:contains('nothing is paid to it before')"),
        click("Stop it", ".o_form_statusbar button:contains('Stop Payouts')"),
        { content: "Why", trigger: ".modal [name='reason'] textarea", run: "edit The owner called." },
        click("Stop", ".modal button[name='action_confirm']"),
        check("Stopped", ".o_field_widget[name='reason']:contains('The owner called.')"),
    ],
});

tours.add("marketplace_staff_manager_orders", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Orders sent late"),
        ...openRow(MERCHANT),
        check("It is late", ".alert-warning:contains('The goods are late')"),
        click("Cancel it", ".o_form_statusbar button:contains('Cancel and Refund')"),
        { content: "Why", trigger: ".modal [name='reason'] textarea", run: "edit Nobody answers." },
        click("Cancel", ".modal button[name='action_confirm']"),
        state("cancelled"),
        shows("amount_refunded", "123.00"),
        ...menu("menu_orders", "menu_marketplace_parcels"),
        ...openRow("SF1000200030"),
        type("cost", "7.50"),
        press("action_mark_delivered"),
        state("delivered"),
    ],
});

tours.add("marketplace_staff_auditor", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        click("Reporting", '.o_menu_sections [data-menu-xmlid="marketplace_merchant.menu_reporting"]'),
        click("Audit Log", '.o-dropdown--menu [data-menu-xmlid="marketplace_merchant.menu_audit_log"]'),
        check("Who stopped the account", ".o_data_row:contains('The owner called.')"),
        click("Take it away", ".o_control_panel button:contains('Export')"),
        check("It is asked what for", ".modal [name='reason']"),
        click("Not now", ".modal button:contains('Close')"),
        click("Check it", ".o_control_panel button:contains('Verify Now')"),
        check("Intact", ".o_form_view .alert-success:contains('intact')"),
    ],
});
