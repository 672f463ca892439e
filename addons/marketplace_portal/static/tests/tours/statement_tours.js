import { registry } from "@web/core/registry";

import { go, upload } from "./merchant_tours";
import {
    MERCHANT, card, check, click, confirm, menu, openApp, openRow, press, shows, state, type,
} from "./staff_tours";

const tours = registry.category("web_tour.tours");

/** Answer the question why, and go on. */
function giveReason(text) {
    return [
        { content: "Why", trigger: ".modal [name='reason'] textarea", run: `edit ${text}` },
        click("Go on", ".modal button[name='action_confirm']"),
    ];
}

// === A CONTESTED LINE === //

tours.add("marketplace_statement_contest", {
    url: "/my/merchant",
    steps: () => [
        go("Statements to confirm", "a[data-task='statement']"),
        go("The statement", ".o_merchant_table a[href^='/my/merchant/statements/']"),
        go("The fee is wrong", "tr:contains('Commission') .o_contest"),
        { content: "Half of it", trigger: "[name='amount']", run: "edit 4.52" },
        {
            content: "Why",
            trigger: "[name='reason']",
            run: "edit We agreed on 4 % for the tea festival.",
        },
        upload("files", "offer.png"),
        go("Contest", "button:contains('Contest this line')"),
        check("With its proof", ".o_contested:contains('offer.png')"),
        go("Confirm the rest", ".o_confirm_statement"),
        check("Confirmed", ".o_merchant_content .o_state_confirmed"),
    ],
});

tours.add("marketplace_staff_contest_answer", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Contested lines to answer"),
        ...openRow(MERCHANT),
        shows("reason", "tea festival"),
        check("The proof", "[name='evidence_ids']:contains('offer.png')"),
        press("action_propose"),
        check("An answer needs its reason", ".modal:contains('Please write the answer first')"),
        confirm(),
        type("amount_granted", "3.00"),
        type("answer", "The festival counted for one of two weeks."),
        press("action_propose"),
        state("proposed"),
        check("Nobody grants alone", ".o_form_statusbar:not(:has(button[name='action_approve']))"),
    ],
});

tours.add("marketplace_staff_contest_approve", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Corrections to approve"),
        ...openRow(MERCHANT),
        shows("amount_granted", "3.00"),
        press("action_approve"),
        state("upheld"),
        check("It is booked", ".o_field_widget[name='correction_id']:contains('Commission Returned')"),
    ],
});

tours.add("marketplace_staff_statement_post", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Statements to post"),
        ...openRow(MERCHANT),
        shows("contest_ids", "Upheld"),
        press("action_post"),
        state("posted"),
    ],
});

// === A REVERSAL === //

tours.add("marketplace_staff_reversal_request", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Statements to pay"),
        ...openRow(MERCHANT),
        click("Reverse", ".o_form_statusbar button:contains('Reverse')"),
        ...giveReason("The freight was booked twice."),
        check("Another person approves it", ".alert:contains('Another finance manager approves it')"),
        state("posted"),
    ],
});

tours.add("marketplace_staff_reversal_approve", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...card("Reversals to approve"),
        ...openRow(MERCHANT),
        shows("reason", "The freight was booked twice."),
        press("action_approve"),
        confirm(),
        state("done"),
        click("Its statement", "[name='statement_id'] .o_form_uri"),
        state("reversed"),
        check("Why", "[name='reversal_ids'] .o_data_row:contains('The freight was booked twice.')"),
        click("What was booked and taken back", "button[name='action_view_moves']"),
        check("Six entries", ".o_list_view:has(.o_data_row:nth-child(6))"),
    ],
});

// === A HOLD BY HAND === //

tours.add("marketplace_staff_hold", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        check("The home", ".o_marketplace_home"),
        ...menu("menu_settlement", "menu_hold"),
        click("New", ".o_list_button_add"),
        check("What it does", ".alert:contains('is taken out of statements that are not posted')"),
        {
            content: "Whose money",
            trigger: "[name='merchant_id'] input",
            run: `edit ${MERCHANT}`,
        },
        click(
            "The merchant",
            `[name='merchant_id'] .o-autocomplete--dropdown-item:contains("${MERCHANT}")`
        ),
        check("It is chosen", "[name='merchant_id']:not(:has(.o-autocomplete--dropdown-menu))"),
        { content: "Which order", trigger: "[name='order_id'] input", run: "click" },
        click("The only one", "[name='order_id'] .o-autocomplete--dropdown-item:first"),
        { content: "Why", trigger: "[name='reason'] input", run: "edit The parcel cannot be found." },
        click("Until when", "[name='deadline'] input"),
        { content: "Its end", trigger: "[name='deadline'] input", run: "edit 12/31/2040 12:00:00" },
        click("Save", ".o_form_button_save"),
        shows("amount", "113.96"),
        shows("release_condition", "Released on"),
        click("Line by line", ".oe_stat_button[name='action_view_entries']"),
        check("With what it waits for", ".o_data_row:contains('cannot be found')"),
    ],
});

tours.add("marketplace_staff_hold_release", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        check("The home", ".o_marketplace_home"),
        ...menu("menu_settlement", "menu_hold"),
        ...openRow("The parcel cannot be found."),
        press("action_release"),
        confirm(),
        state("released"),
    ],
});
