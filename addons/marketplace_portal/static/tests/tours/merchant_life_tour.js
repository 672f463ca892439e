import { registry } from "@web/core/registry";

/** Click on what leads to another page. */
function go(content, trigger) {
    return { content, trigger, run: "click", expectUnloadPage: true };
}

/** A date field takes the date as a program writes it. */
function pick(name, days) {
    return {
        content: `Pick ${name}`,
        trigger: `input[name="${name}"]`,
        run() {
            const day = new Date(Date.now() + days * 24 * 3600 * 1000);
            this.anchor.value = day.toISOString().slice(0, 10);
            this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
        },
    };
}

registry.category("web_tour.tours").add("marketplace_merchant_life", {
    url: "/my/merchant",
    steps: () => [
        go("Close for a while", ".o_merchant_menu a[href='/my/merchant/closure']"),
        pick("date_from", 0),
        pick("date_to", 3),
        {
            content: "Tell the shoppers",
            trigger: ".o_closure_form textarea[name='note']",
            run: "edit Stocktaking until Friday",
        },
        go("Close", ".o_closure_form button[value='close']"),
        { content: "Closed", trigger: ".o_closure:contains('Closed Now')" },
        go("Open earlier", ".o_reopen"),
        { content: "Open again", trigger: ".o_closure_form" },
        go("Leaving", ".o_merchant_menu a[href='/my/merchant/exit']"),
        {
            content: "Choose the reason",
            trigger: ".o_exit_form select[name='exit_reason_id']",
            run: "selectByLabel Gives up or sells the business",
        },
        {
            content: "Say why",
            trigger: ".o_exit_form textarea[name='note']",
            run: "edit We retire after forty years",
        },
        go("Ask to leave", ".o_exit_form button[value='leave']"),
        { content: "It is being reviewed", trigger: ".o_exit_asked:contains('We are reviewing it')" },
    ],
});
