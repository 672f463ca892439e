import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import {
    MERCHANT, card, check, click, confirm, menu, notAlone, openApp, openRow, press, shows, state,
    type,
} from "./staff_tours";

const tours = registry.category("web_tour.tours");
const TWICE = "We paid the postage twice";

/** Choose a value of a field that offers a list. */
function choose(field, text) {
    const inside = `.o_field_widget[name="${field}"]`;
    return [
        { content: `Look for ${text}`, trigger: `${inside} input`, run: `edit ${text}` },
        click(text, `.o-autocomplete--dropdown-item:contains("${text}")`),
    ];
}

function select(field, text) {
    return [
        click(`Open ${field}`, `.o_field_widget[name="${field}"] .o_select_menu_toggler, .o_field_widget[name="${field}"] input`),
        click(text, `.o_select_menu_item:contains("${text}")`),
    ];
}

/** The dialog that asks for a confirmation, and closes. */
function agree() {
    return [confirm(), check("The dialog is gone", "body:not(:has(.modal))")];
}

function save() {
    return [
        click("Save", ".o_form_button_save:enabled"),
        check("It is saved", ".o_form_saved"),
    ];
}

/** Tick the row in a list that is grouped by merchant, whose groups are open. */
function tick(reason) {
    return [
        check("The merchant's group", `.o_group_header:contains("${MERCHANT}") .o_group_name`),
        click(`Tick ${reason}`, `.o_data_row:contains("${reason}") .o_list_record_selector input`),
    ];
}

function approve(pile, text) {
    return [
        ...openApp(),
        ...card(pile),
        ...openRow(text),
        press("action_approve"),
        ...agree(),
        state("booked"),
        shows("approved_by_id", "journey_finance_manager"),
    ];
}

function propose(amount, reason) {
    return [
        ...openApp(),
        ...menu("menu_settlement", "menu_adjustment"),
        click("New", ".o_list_button_add"),
        ...choose("merchant_id", MERCHANT),
        type("amount", amount),
        ...select("reason_code", "Correction of a mistake"),
        type("reason", reason),
        ...save(),
        state("proposed"),
        notAlone(),
    ];
}

/** Read what would be downloaded in another window. */
function takeFile() {
    browser.open = (url) => {
        fetch(url).then((answer) => answer.text()).then((text) => {
            document.body.dataset.file = text;
        });
        return { closed: false };
    };
}

// === A PAYOUT BATCH WITH A FILE FOR THE BANK === //

tours.add("marketplace_staff_batch_propose", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...menu("menu_settlement", "menu_payout_batch"),
        click("New", ".o_list_button_add"),
        check("The bank's file is proposed", "[name='channel_id'] input:value('Journey Bank')"),
        click("Save", ".o_form_button_save"),
        shows("payout_ids", MERCHANT),
        shows("payout_ids", "113.96"),
        notAlone(),
    ],
});

tours.add("marketplace_staff_batch_send", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Payout batches to send"),
        ...openRow("journey_accountant"),
        press("action_send"),
        ...agree(),
        state("sent"),
        shows("file_name", ".xml"),
        {
            content: "A file, not another window",
            trigger: ".o_form_statusbar button[name='action_download_file']",
            run: takeFile,
        },
        press("action_download_file"),
        check("It tells the bank whom to pay", "body[data-file*='<EndToEndId>']"),
    ],
});

tours.add("marketplace_staff_batch_match", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...menu("menu_settlement", "menu_payout"),
        check("The bank has it", `.o_data_row:contains("${MERCHANT}"):contains("Sent")`),
        click("Match", ".o_control_panel button[name='action_match_bank_lines']"),
        check("The bank has paid", `.o_data_row:contains("${MERCHANT}"):contains("Paid")`),
        ...openRow(MERCHANT),
        state("paid"),
        shows("bank_reference", "BANK-0002"),
    ],
});

// === A DEPOSIT THAT IS USED AND TOPPED UP === //

tours.add("marketplace_staff_deposit_deduct", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...menu("menu_settlement", "menu_debt"),
        ...tick(TWICE),
        click("Take it from the deposit", "button[name='action_take_from_deposit']"),
        check("What was proposed", ".o_breadcrumb .active:contains('Recoveries')"),
        ...openRow(MERCHANT),
        state("proposed"),
        shows("amount", "36.00"),
        shows("reason", TWICE),
        notAlone(),
    ],
});

tours.add("marketplace_staff_deposit_approve", {
    url: "/odoo",
    steps: () => [
        ...approve("Recoveries to approve", MERCHANT),
        shows("movement_id", TWICE),
    ],
});

tours.add("marketplace_staff_deposit_receive", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...menu("menu_settlement", "menu_deposit_demand"),
        ...openRow(MERCHANT),
        state("open"),
        shows("missing", "36.00"),
        click("Register the transfer", ".o_form_statusbar button:contains('Register a Transfer')"),
        check("What is missing is proposed", ".modal [name='amount'] input:value('36.00')"),
        click("Book it", ".modal button[name='action_book']"),
        check("The bank's reference is needed", ".modal .o_field_invalid[name='reference']"),
        { content: "The bank's reference", trigger: ".modal [name='reference'] input", run: "edit TOPUP-1" },
        click("Book it", ".modal button[name='action_book']"),
        check("It is in the deposit", ".o_form_view .o_field_widget[name='bank_reference']:contains('TOPUP-1')"),
        ...menu("menu_settlement", "menu_deposit_account"),
        ...openRow(MERCHANT),
    ],
});

// === ADJUSTMENTS AND A WRITE-OFF === //

tours.add("marketplace_staff_adjust_propose", {
    url: "/odoo",
    steps: () => propose("-60", TWICE),
});

tours.add("marketplace_staff_adjust_approve", {
    url: "/odoo",
    steps: () => approve("Adjustments to approve", MERCHANT),
});

tours.add("marketplace_staff_write_off_propose", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...menu("menu_settlement", "menu_debt"),
        ...tick(TWICE),
        click("Write it off", "button[name='action_write_off']"),
        check("What was proposed", ".o_breadcrumb .active:contains('Recoveries')"),
        ...openRow(MERCHANT),
        state("proposed"),
        shows("kind", "Written off"),
        shows("outstanding", "60.00"),
    ],
});

tours.add("marketplace_staff_write_off_approve", {
    url: "/odoo",
    steps: () => approve("Recoveries to approve", MERCHANT),
});
