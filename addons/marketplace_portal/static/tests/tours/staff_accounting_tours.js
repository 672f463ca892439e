import { registry } from "@web/core/registry";
import { MERCHANT, card, check, click, confirm, menu, openApp, press, state } from "./staff_tours";

const tours = registry.category("web_tour.tours");
const DIFFERENCES = ".o_field_widget[name='line_ids']";

/** Open a report's dialog and show its lines. */
function report(item) {
    return [
        ...menu("menu_settlement", item),
        click("Show", ".modal button[name='action_show']"),
    ];
}

/** Let the browser fetch the report's sheet, and close its dialog once that is done. */
function takeAlong() {
    return [
        click("As a sheet", ".modal button[name='action_xlsx']"),
        click("Close", ".modal-footer button[special='cancel']:enabled"),
        check("The dialog is gone", "body:not(:has(.modal))"),
    ];
}

/** Open the group of a list and the documents behind the merchant's line in it. */
function documentsOf(section) {
    return [
        click(section, `.o_group_header:contains("${section}")`),
        click("The documents", `.o_data_row:contains("${MERCHANT}") button[name="action_open_documents"]`),
    ];
}

tours.add("marketplace_staff_accountant_reconcile", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        check("The home", ".o_marketplace_home"),
        ...menu("menu_settlement", "menu_reconciliation"),
        press("action_check"),
        check("Payouts are stopped", ".alert-danger:contains('The books don\'t agree')"),
        click("What differs", `${DIFFERENCES} .o_data_row:contains("Wallet") button[name="action_open_documents"]`),
        check("The wallet that is wrong", `.o_list_view .o_data_row:contains("${MERCHANT}")`),
        click("Back", ".o_breadcrumb .o_back_button, .breadcrumb-item a"),
        press("action_open_accounts"),
        click("Account", ".o_group_header:contains('Merchant clearing')"),
        click("Merchant", `.o_group_header:contains("${MERCHANT}")`),
        check("Its journal items", ".o_list_view .o_data_row:contains('113.00')"),
    ],
});

tours.add("marketplace_staff_accountant_cut_off", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        check("The home", ".o_marketplace_home"),
        ...report("menu_cutoff"),
        ...documentsOf("Fees earned, not billed"),
        check("What the fee is made of", `.o_breadcrumb .active:contains("${MERCHANT}")`),
        click("The fee", ".o_list_view .o_data_row:contains('9.04') .o_data_cell"),
        check("Its order", ".o_form_view .o_field_widget[name='order_id']:contains('-M')"),
        ...menu("menu_settlement", "menu_cutoff"),
        ...takeAlong(),
    ],
});

tours.add("marketplace_staff_finance_manager_income", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        check("The home", ".o_marketplace_home"),
        ...report("menu_income_report"),
        click("What it sold", `.o_data_row:contains("${MERCHANT}"):contains("123.00") button[name="action_open_documents"]`),
        check("Goods", ".o_list_view .o_data_row:contains('113.00')"),
        check("Freight", ".o_list_view .o_data_row:contains('10.00')"),
        ...menu("menu_settlement", "menu_income_report"),
        ...takeAlong(),
    ],
});

/** Decide something for a reason, in the dialog that asks for it. */
function because(text) {
    return [
        { content: "Why", trigger: ".modal [name='reason'] textarea", run: `edit ${text}` },
        click("So it is", ".modal button[name='action_confirm']"),
        check("The dialog is gone", "body:not(:has(.modal))"),
    ];
}

function merchant() {
    return [
        click("Merchants", ".o_menu_sections [data-menu-xmlid='marketplace_merchant.menu_merchants']"),
        click("Merchants", ".o-dropdown--menu [data-menu-xmlid='marketplace_merchant.menu_merchant']"),
        click("The merchant", `.o_data_row:contains("${MERCHANT}") .o_data_cell[name="name"]`),
    ];
}

tours.add("marketplace_staff_manager_propose_expulsion", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        check("The home", ".o_marketplace_home"),
        ...merchant(),
        click("Propose it", ".o_form_statusbar button:contains('Propose Expulsion')"),
        ...because("Counterfeits"),
        check("Whom it waits for", ".alert:contains('Another merchant manager')"),
        check("Nobody expels alone", ".o_form_statusbar:not(:has(button[name='action_expel']))"),
        state("active"),
    ],
});

tours.add("marketplace_staff_manager_expel", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Expulsions to decide"),
        click("The merchant", `.o_data_row:contains("${MERCHANT}") .o_data_cell[name="name"]`),
        check("Why", ".alert:contains('Counterfeits')"),
        press("action_expel"),
        confirm(),
        state("expelled"),
    ],
});
