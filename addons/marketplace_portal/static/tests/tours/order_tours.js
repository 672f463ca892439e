import { registry } from "@web/core/registry";
import { choosePhoto } from "./shopper_tours";

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

tours.add("marketplace_shopper_asks_return", {
    steps: () => [
        go("Return goods", ".o_marketplace_return"),
        check("The terms", ".o_return_terms:contains('no reason needed')"),
        type("One bowl", ".o_marketplace_quantity", "1"),
        { content: "Why", trigger: "select[name='reason_code']", run: "selectByLabel It arrived damaged" },
        { content: "What", trigger: "select[name='kind']", run: "selectByLabel Return and refund" },
        type("In words", "textarea[name='reason']", "A crack in the rim"),
        go("Forget the photo", "form button:contains('Send the request')"),
        check("It is asked for", ".invalid-feedback[data-field='files']:contains('photo')"),
        { content: "A photo", trigger: "input[name='files']", run: choosePhoto },
        go("Send", "form button:contains('Send the request')"),
        go("Follow it", "a[href^='/my/returns/']"),
        check("The merchant has to answer", ".o_return_next:contains('answers')"),
    ],
});

tours.add("marketplace_shopper_sends_back", {
    steps: () => [
        check("Who pays", ".card:contains('The merchant pays for the way back'):contains('30.00')"),
        type("Carrier", "[name='carrier_name']", "YTO"),
        type("Number", "[name='tracking_ref']", "YT8810"),
        type("What it cost", "[name='freight_cost']", "12"),
        go("Forget the receipt", "button[value='ship']"),
        check("It is asked for", ".invalid-feedback[data-field='files']:contains('receipt')"),
        { content: "The receipt", trigger: "input[name='files']", run: choosePhoto },
        go("Send", "button[value='ship']"),
        check("On its way", ".o_state_in_transit"),
        check("It comes back", ".o_return_freight:contains('12.00')"),
    ],
});

tours.add("marketplace_merchant_accepts_return", {
    url: "/my/merchant",
    steps: () => [
        go("Returns to handle", "a[data-task='return']"),
        go("The return", ".o_merchant_table a[href^='/my/merchant/returns/']"),
        check("The freight", ".o_return_freight:contains('12.00')"),
        go("It is here", "button[value='receive']"),
        go("All is there", "button[value='inspect']"),
        check("Refunded", ".o_merchant_content .o_state_refunded"),
    ],
});

tours.add("marketplace_shopper_is_refunded", {
    steps: () => [
        check("Refunded", ".o_state_refunded"),
        check("The goods and the way there", ".o_return_refunded:contains('123.00')"),
        check("The way back", ".o_return_freight:contains('12.00'):contains('Refunded as well')"),
    ],
});

tours.add("marketplace_merchant_refuses_return", {
    url: "/my/merchant",
    steps: () => [
        go("Returns to handle", "a[data-task='return']"),
        go("The return", ".o_merchant_table a[href^='/my/merchant/returns/']"),
        { content: "No", trigger: "button[data-bs-target='#reject_form']", run: "click" },
        type("Why", "#reject_form.show textarea[name='reason']", "It left us whole"),
        { content: "Proof", trigger: "#reject_form.show input[name='files']", run: choosePhoto },
        go("Reject", "button[value='reject']"),
        check("Rejected, with the proof", ".o_return_merchant_files:contains('crack.png')"),
    ],
});
