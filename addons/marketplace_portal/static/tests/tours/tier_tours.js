import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");
const CARD = '.o_marketplace_home .o_kanban_record:contains("Reviews of tiers to apply")';

function click(content, trigger) {
    return { content, trigger, run: "click" };
}

function check(content, trigger) {
    return { content, trigger };
}

tours.add("marketplace_staff_manager_tiers", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("marketplace_merchant.menu_root", "Marketplace"),
        click("A review waits", CARD),
        click("Open it", '.o_data_row .o_data_cell:contains("Review of tiers")'),
        check("Who moves, and why", '.o_data_row:contains("Orders A"):contains("Reaches what Growth takes")'),
        click("Make the moves", '.o_form_statusbar button[name="action_apply"]:enabled'),
        click("Yes", ".modal-footer button.btn-primary:enabled"),
        check("Applied", '.o_arrow_button_current[data-value="applied"]'),
        click("All results", 'button[name="action_view_lines"]'),
        check("By result", '.o_group_name:contains("Up")'),
    ],
});
