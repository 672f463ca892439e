import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Click on what leads to another page. */
function go(content, trigger) {
    return { content, trigger, run: "click", expectUnloadPage: true };
}

function type(content, trigger, text) {
    return { content, trigger, run: `edit ${text}` };
}

function check(content, trigger) {
    return { content, trigger };
}

tours.add("marketplace_merchant_two_parcels", {
    url: "/my/merchant/orders?tab=to_ship",
    steps: () => [
        go("The order", ".o_merchant_table a[href^='/my/merchant/orders/']"),
        type("Two of three fit", ".o_ship_line:contains('Bowl') input", "2"),
        type("Carrier", "[name='carrier_name']", "SF Express"),
        type("Number", "[name='tracking_ref']", "SF1"),
        type("What it costs", ".o_merchant_actions [name='cost']", "12.5"),
        go("Send", "button[value='ship']"),
        check("The first parcel", ".o_merchant_parcel:contains('SF1'):contains('2 ×')"),
        check("One is left", ".o_ship_line:contains('of 1')"),
        type("The next number", "[name='tracking_ref']", "SF2"),
        go("Send the rest", "button[value='ship']"),
        check("All is on its way", ".o_merchant_content .o_state_shipped"),
        check("Two parcels", ".o_merchant_parcel:contains('SF2')"),
    ],
});

tours.add("marketplace_shopper_two_parcels", {
    steps: () => [
        check("Both are told", ".o_marketplace_sent:contains('SF1')"),
        go("The first is there", ".o_marketplace_sent:contains('SF1') .o_marketplace_arrived"),
        go("The second as well", ".o_marketplace_sent:contains('SF2') .o_marketplace_arrived"),
        check("All has arrived", ".o_marketplace_parcel .o_state_delivered"),
        check("How to return", ".o_return_terms:contains('How can I return it?')"),
        go("Return goods", ".o_marketplace_return"),
        type("One bowl", ".o_marketplace_quantity", "1"),
        { content: "Why", trigger: "select[name='reason_code']", run: "selectByLabel Something else" },
        { content: "What", trigger: "select[name='kind']", run: "selectByLabel Return and refund" },
        type("In words", "textarea[name='reason']", "Too small"),
        go("Send", "form button:contains('Send the request')"),
        check("Requested", ".o_marketplace_parcel .o_state_requested"),
    ],
});

tours.add("marketplace_merchant_inspects", {
    url: "/my/merchant",
    steps: () => [
        go("Returns to handle", "a[data-task='return']"),
        go("The return", ".o_merchant_table a[href^='/my/merchant/returns/']"),
        type("How it comes back", "textarea[name='instructions']", "Pick-up code 4711"),
        go("Approve", "button[value='approve']"),
        go("It is here", "button[value='receive']"),
        check("To be inspected", ".o_merchant_content .o_state_received"),
        { content: "Used", trigger: ".o_inspect_line select", run: "selectByLabel Opened or used" },
        type("Less worth", "[name='deduction']", "13"),
        go("Forget the reason", "button[value='inspect']"),
        check("It is asked for", ".invalid-feedback[data-field='reason']"),
        type("Why", "textarea[name='reason']", "It was washed"),
        go("Inspected", "button[value='inspect']"),
        check("Refunded", ".o_merchant_content .o_state_refunded"),
        check("Less than the price", ".o_return_refunded:contains('100.00')"),
    ],
});
