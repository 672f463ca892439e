import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Click on what leads to another page. */
export function go(content, trigger) {
    return { content, trigger, run: "click", expectUnloadPage: true };
}

function type(name, text) {
    return { content: `Type ${name}`, trigger: `[name="${name}"]`, run: `edit ${text}` };
}

function choose(name, label) {
    return { content: `Choose ${name}`, trigger: `select[name="${name}"]`, run: `selectByLabel ${label}` };
}

function check(content, trigger) {
    return { content, trigger };
}

/** Put a drawn picture into a file field, as a person would choose one. */
export function upload(name, filename) {
    return {
        content: `Upload ${filename}`,
        trigger: `input[type="file"][name^="${name}"]`,
        async run() {
            const canvas = document.createElement("canvas");
            canvas.width = canvas.height = 64;
            const context = canvas.getContext("2d");
            context.fillStyle = "teal";
            context.fillRect(8, 8, 48, 48);
            const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
            const transfer = new DataTransfer();
            transfer.items.add(new File([blob], filename, { type: "image/png" }));
            this.anchor.files = transfer.files;
            this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
        },
    };
}

const NEXT = ".o_apply_form button[value='next']";

tours.add("marketplace_merchant_apply", {
    url: "/sell",
    steps: () => [
        go("Open a shop", ".o_sell_hero a.btn-primary"),
        type("name", "Mei Lin"),
        type("login", "mei.lin@tour.test"),
        type("password", "Green tea 2026"),
        type("confirm_password", "Green tea 2026"),
        go("Sign up", ".oe_signup_form button[type='submit']"),
        go("Start", "button[value='start']"),
        check("The first of six steps", ".o_step_current:contains('Company')"),
        type("company_name", "Mei Lin Tea Ltd"),
        choose("entity_type", "Company"),
        type("licence_number", "91110105MA01ABCD13"),
        type("legal_representative", "Mei Lin"),
        choose("country_id", "China"),
        type("street", "8 West Lake Road"),
        go("Forget the city", NEXT),
        check("The mistake is told at its field", ".invalid-feedback[data-field='city']"),
        check("What was typed stays", "input[name='street']:value(8 West Lake Road)"),
        type("city", "Hangzhou"),
        go("Go on", NEXT),
        type("phone", "+86 138 0013 8000"),
        go("Leave it for later", "button[value='later']"),
        go("Come back", "a.o_continue"),
        check("What was saved counts", ".o_step_done:contains('Contact')"),
        type("shop_name", "West Lake Tea"),
        type("shop_description", "Leaves from our own garden."),
        { content: "What it sells", trigger: ".form-check-label:contains('Fashion')", run: "click" },
        go("Go on", NEXT),
        {
            content: "Number of the licence",
            trigger: "input[name^='number_']",
            run: "edit L-2026-1",
        },
        upload("document_", "licence.png"),
        go("Hand it in", NEXT),
        { content: "Accept", trigger: "input[name^='agreement_']", run: "click" },
        go("Go on", NEXT),
        check("The overview shows it all", ".o_apply_form:contains('West Lake Tea'):contains('licence.png')"),
        go("Submit", ".o_submit_application"),
        check("It is on its way", ".o_merchant_timeline:contains('Submitted')"),
    ],
});

tours.add("marketplace_merchant_answer", {
    url: "/my/merchant/apply",
    steps: () => [
        check("What the reviewer asks for", "li:contains('Nobody answers this number')"),
        go("Answer", "a.o_continue"),
        check("The remark stands at its field", ".o_remark:contains('Nobody answers this number')"),
        type("phone", "+86 139 0013 9000"),
        go("Save", NEXT),
        go("To the last step", ".o_step:contains('Submit') a"),
        go("Send", ".o_submit_application"),
        check("Back in review", ".o_merchant_timeline:contains('In Review')"),
    ],
});

tours.add("marketplace_merchant_deposit", {
    url: "/my",
    steps: () => [
        go("My shop", "a[href^='/my/merchant?merchant=']"),
        check("What is missing is said", ".o_merchant_missing"),
        go("Pay the deposit", ".o_merchant_todo a[data-task='deposit']"),
        go("Pay", ".o_pay_deposit"),
        { content: "Demo card", trigger: "input[name='o_payment_radio']", run: "click" },
        { content: "Card number", trigger: "input#customer_input", run: "edit 4242424242424242" },
        go("Pay now", "button[name='o_payment_submit_button']:not(:disabled)"),
        check("Nothing is missing any more", ".o_merchant_content:contains('Your deposit is complete')"),
        check("The shop is open", ".o_merchant_sidebar .o_state_active"),
    ],
});

tours.add("marketplace_merchant_list", {
    url: "/my/merchant",
    steps: () => [
        go("Products", ".o_merchant_menu a[href='/my/merchant/products']"),
        go("New", "a[href='/my/merchant/products/new']"),
        type("name", "Longjing green tea"),
        type("description_sale", "250 g, picked before the rain."),
        choose("categ_id", "Tableware"),
        type("list_price", "88.00"),
        type("quantity", "40"),
        type("default_code", "TEA-1"),
        go("Without a picture", "button[value='submit']"),
        check("It is asked for", ".o_form_message:contains('picture')"),
        upload("image", "tea.png"),
        upload("pictures", "tin.png"),
        go("Send for review", "button[value='submit']"),
        check("In review", ".o_merchant_content .o_state_in_review"),
        go("Back to the list", ".o_merchant_menu a[href='/my/merchant/products']"),
        check("With its stock", "tr:contains('Longjing'):contains('40')"),
    ],
});

/** Choose a CSV file with these lines. */
function chooseSheet(lines) {
    return {
        content: "Choose the sheet",
        trigger: "input[type='file'][name='file']",
        run() {
            const transfer = new DataTransfer();
            transfer.items.add(new File([lines.join("\n")], "teas.csv", { type: "text/csv" }));
            this.anchor.files = transfer.files;
            this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
        },
    };
}

tours.add("marketplace_merchant_import", {
    url: "/my/merchant/products",
    steps: () => [
        { content: "Sheets", trigger: "button:contains('Sheets')", run: "click" },
        go("Import a sheet", "a[href='/my/merchant/imports/new']"),
        chooseSheet(["Name,Price", "Oolong,60"]),
        go("Without SKUs", ".o_merchant_import_form button[type='submit']"),
        check("They are asked for", ".invalid-feedback[data-field='file']:contains('SKU')"),
        chooseSheet(["SKU,Name,Price,Stock", "T-1,Oolong,60,5", "T-2,Pu-erh,80,6", "T-3,Gone,?,7"]),
        go("Again", ".o_merchant_import_form button[type='submit']"),
        check("Two are new", "[data-outcome='new']:contains('2')"),
        go("Which one is not?", ".o_merchant_tabs a:contains('Error')"),
        check("The price is no number", "tr:contains('T-3'):contains('Price should be a number')"),
        go("Start", "button[value='start']"),
        check("It runs", ".o_merchant_import_running .progress-bar"),
    ],
});

tours.add("marketplace_merchant_import_done", {
    steps: () => [
        check("It is done", ".o_merchant_content .o_state_done"),
        go("The new product", ".o_merchant_table a:contains('T-1')"),
        check("A draft", ".o_merchant_content .o_state_draft"),
    ],
});

tours.add("marketplace_merchant_ship", {
    url: "/my/merchant",
    steps: () => [
        go("Orders to accept", "a[data-task='accept']"),
        go("The order", ".o_merchant_table a[href^='/my/merchant/orders/']"),
        check("Where it goes", ".o_ship_to:contains('Suzhou')"),
        go("Accept", "button[value='accept']"),
        check("The packing slip is ready", "a.o_packing_slip"),
        type("carrier_name", "SF Express"),
        go("Forget the number", "button[value='ship']"),
        check("It is asked for", ".invalid-feedback[data-field='tracking_ref']"),
        type("tracking_ref", "SF1234567890"),
        go("Ship", "button[value='ship']"),
        check("On its way", ".o_merchant_content .o_state_shipped"),
        go("Nothing else waits", ".o_merchant_menu a[href='/my/merchant']"),
        check("The card is gone", ".o_merchant_todo:not(:has([data-task='accept']))"),
    ],
});

tours.add("marketplace_merchant_statement", {
    url: "/my/merchant",
    steps: () => [
        check("What can be paid next", "[data-bucket='in_transit']:contains('113.96')"),
        go("Statements to confirm", "a[data-task='statement']"),
        go("The statement", ".o_merchant_table a[href^='/my/merchant/statements/']"),
        check("The commission is a line", "tr:contains('Commission'):contains('9.04')"),
        go("Confirm", ".o_confirm_statement"),
        check("Confirmed", ".o_merchant_content .o_state_confirmed"),
    ],
});

tours.add("marketplace_merchant_contest", {
    url: "/my/merchant",
    steps: () => [
        go("Statements to confirm", "a[data-task='statement']"),
        go("The statement", ".o_merchant_table a[href^='/my/merchant/statements/']"),
        check("Why the fee", "tr:contains('Commission'):contains('113.00 × 8 %')"),
        go("The sale is wrong", "tr:contains('Bowl'):contains('Sale') .o_contest"),
        type("amount", "7"),
        go("Without a reason", "button:contains('Contest this line')"),
        check("It is asked for", "[data-field='reason']"),
        check("What was typed stays", "input[name='amount']:value(7)"),
        type("reason", "The price was 120."),
        upload("files", "offer.png"),
        go("Contest", "button:contains('Contest this line')"),
        check("It waits, with its proof", ".o_contested:contains('103.96'):contains('offer.png')"),
        check("The rest", ".o_statement_net:contains('10.00')"),
        go("Confirm the rest", ".o_confirm_statement"),
        check("Confirmed", ".o_merchant_content .o_state_confirmed"),
        go("Where my money stands", ".o_merchant_menu a[href='/my/merchant/balance']"),
        go("What is held", "[data-bucket='held_for_cases'] a"),
        check("Why it is held", ".o_waits_for:contains('Contested')"),
        go("When it is expected", ".o_merchant_menu a[href='/my/merchant/forecast']"),
        check("Nobody knows yet", ".o_forecast tr:contains('Day not known yet'):contains('103.96')"),
    ],
});

tours.add("marketplace_merchant_complaint", {
    url: "/my/merchant",
    steps: () => [
        go("Complaints to answer", "a[data-task='complaint']"),
        go("The complaint", ".o_merchant_table a[href^='/my/merchant/complaints/']"),
        check("The shopper's photo", ".o_merchant_thread a:contains('crack')"),
        type("body", "It was whole when we packed it."),
        upload("files", "packing.png"),
        go("Answer", "button:contains('Send answer')"),
        check("The answer stands in the thread", ".o_thread_own:contains('packing.png')"),
        check("Negotiation", ".o_merchant_content .o_state_negotiation"),
    ],
});

tours.add("marketplace_merchant_bank", {
    url: "/my/merchant",
    steps: () => [
        go("Bank account", ".o_merchant_menu a[href='/my/merchant/bank']"),
        type("holder_name", "Orders A"),
        type("bank_name", "China Merchants Bank"),
        type("number", "6225 8801 2345 6789"),
        type("password", "not mine"),
        go("Save", ".o_merchant_content form button[type='submit']"),
        check("A session is not enough", "[data-field='password']:contains('not the password')"),
        check("The number has to be typed again", "input[name='number']:not([value^='6'])"),
        type("number", "6225 8801 2345 6789"),
        type("password", "PASSWORD"),
        go("Save", ".o_merchant_content form button[type='submit']"),
        check("It waits to be verified", ".o_merchant_table tr:contains('****6789') .o_state_draft"),
    ],
});

tours.add("marketplace_merchant_company", {
    url: "/my/merchant",
    steps: () => [
        go("Company", ".o_merchant_menu a[href='/my/merchant/company']"),
        check("What is on file", ".o_company_file:contains('Hangzhou')"),
        go("Something has changed", "button[value='start']"),
        type("city", "Suzhou"),
        type("note", "We moved into the new building."),
        go("Without proof", "button[value='send']"),
        check("It is asked for", ".o_form_errors:contains('proves the change')"),
        check("What was typed stays", "input[name='city']:value(Suzhou)"),
        upload("document_", "licence.png"),
        { content: "Type its number", trigger: "input[name^='number_']", run: "edit L-7" },
        go("Send", "button[value='send']"),
        check("What would change", ".o_company_change:contains('Hangzhou'):contains('Suzhou')"),
        check("The old address stays for now", ".o_company_file:contains('Hangzhou')"),
    ],
});
