import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

function click(content, trigger) {
    return { content, trigger, run: "click" };
}

function go(content, trigger) {
    return { ...click(content, trigger), expectUnloadPage: true };
}

function check(content, trigger) {
    return { content, trigger };
}

function type(name, text) {
    return { content: `Type ${name}`, trigger: `[name="${name}"]`, run: `edit ${text}` };
}

tours.add("marketplace_merchant_words", {
    url: "/my/merchant/products",
    steps: () => [
        go("Open the draft", ".o_cell_title a:contains('Cup')"),
        type("name", "国 家 级 tea cup"),
        go("Hand it in", "button[value='submit']"),
        check("The word is named", ".o_form_message:contains('国 家 级')"),
        check("What was typed is not lost", "input[name='name']:value('国 家 级 tea cup')"),
        type("name", "Porcelain tea cup"),
        go("Hand it in again", "button[value='submit']"),
        check("It is on sale at once", ".alert:contains('on sale')"),
        type("description_sale", "The strongest porcelain."),
        go("Change the text", "button[value='save']"),
        check("A word to look at waits for a person", ".o_pending_change"),
    ],
});

tours.add("marketplace_merchant_reason", {
    url: "/my/merchant/products",
    steps: () => [
        go("Open the goods", ".o_cell_title a:contains('Cup')"),
        check("The reason code", ".o_listing_reason:contains('FAKE')"),
        check("What to do about it", ".o_listing_reason:contains('invoices of the supplier')"),
        check("The remark", ".alert-danger:contains('Where does it come from?')"),
    ],
});

tours.add("marketplace_staff_officer_words", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("marketplace_merchant.menu_root", "Marketplace"),
        click("The queue", ".o_marketplace_home .o_kanban_record:contains('Listings to review')"),
        check("What was found", ".o_data_row:contains('Cup') [name='screen_term_ids']:contains('strongest')"),
        click("Open it", ".o_data_row:contains('Cup') .o_data_cell:contains('Cup')"),
        check("The word is marked", "[name='screen_html'] mark:contains('strongest')"),
        click("Reject", ".o_form_statusbar button:contains('Reject')"),
        click("Choose a reason", ".modal [name='listing_reason_id'] input"),
        click("Counterfeit", ".o-autocomplete--dropdown-menu a:contains('FAKE')"),
        check("Its advice", ".modal [name='advice']:contains('invoices of the supplier')"),
        { content: "Remark", trigger: ".modal [name='reason'] textarea", run: "edit Where does it come from?" },
        click("Confirm", ".modal button[name='action_confirm']"),
        check("Rejected", ".o_arrow_button_current[data-value='rejected']"),
        check("What the merchant is told", ".alert-warning:contains('FAKE')"),
    ],
});
