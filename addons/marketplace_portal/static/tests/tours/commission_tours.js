import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { check, click, confirm, press, state } from "./staff_tours";

const tours = registry.category("web_tour.tours");

/** Return a column of the row that is being typed, the nth of a list of the form. */
function cell(list, nth, column) {
    return `[name="${list}"] .o_selected_row:nth-child(${nth}) [name="${column}"] input`;
}

/** Add the nth row to a list of the form, and type into its columns. */
function addRow(list, nth, values) {
    return [
        click(`Add to ${list}`, `[name="${list}"] .o_field_x2many_list_row_add a`),
        ...Object.entries(values).map(([column, text]) => ({
            content: `Type ${column}`,
            trigger: cell(list, nth, column),
            run: `edit ${text}`,
        })),
    ];
}

tours.add("marketplace_staff_manager_commission", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("marketplace_merchant.menu_root", "Marketplace"),
        click("Settings", '.o_menu_sections [data-menu-xmlid="marketplace_merchant.menu_configuration"]'),
        click("Rules", '.o-dropdown--menu [data-menu-xmlid="marketplace_settlement.menu_commission_rule"]'),
        click("What counts now", '.o_data_row:contains("Published") .o_data_cell[name="price_label"]'),
        press("action_replace"),
        state("draft"),
        { content: "Dearer", trigger: "[name='percent'] input", run: "edit 9" },
        ...addRow("amount_ids", 1, { minimum: "2" }),
        ...addRow("amount_ids", 2, { currency_id: "XTA" }),
        click("Abroad", ".o-autocomplete--dropdown-item:contains('XTA')"),
        { content: "At most", trigger: cell("amount_ids", 2, "maximum"), run: "edit 15" },
        click("Brackets", ".nav-link[name='brackets']"),
        ...addRow("bracket_ids", 1, { amount_from: "150", percent: "5" }),
        press("action_simulate"),
        check("The effect on a merchant", ".o_data_row:contains('Orders A'):contains('10.17')"),
        click("Back", ".o_breadcrumb .o_back_button, .breadcrumb-item:last a"),
        press("action_publish"),
        confirm(),
        state("active"),
        click("Who is told", ".oe_stat_button[name='action_view_notices']"),
        check("The merchant is told", ".o_list_view .o_data_row:contains('Orders A')"),
    ],
});

tours.add("marketplace_merchant_fees", {
    url: "/my/merchant",
    steps: () => [
        {
            content: "Fees",
            trigger: "a[href='/my/merchant/fees']",
            run: "click",
            expectUnloadPage: true,
        },
        check("What counts now", "h5:contains('Now') + table td:contains('8 %')"),
        check("What comes", "h5:contains('Coming') + table td:contains('9 %, above'):contains('5 %')"),
        check("At home", "td div:contains('For sales in'):contains('at least')"),
        check("Abroad", "td div:contains('For sales in XTA: at most')"),
    ],
});
