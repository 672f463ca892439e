import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("marketplace_merchant_requirements", {
    url: "/my/merchant/requirements",
    steps: () => [
        {
            content: "Orders are closed",
            trigger: "[data-capability='take_orders'][data-state='closed']",
        },
        {
            content: "Answer nothing",
            trigger: ".o_merchant_question button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "The mistake is said at its field", trigger: ".invalid-feedback" },
        {
            content: "Tick",
            trigger: ".o_merchant_question input[type='checkbox']",
            run: "check",
        },
        {
            content: "Send",
            trigger: ".o_merchant_question button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "Still the agreement", trigger: "[data-capability='take_orders'] li" },
        {
            content: "Go to the agreement",
            trigger: "[data-capability='take_orders'] li a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Accept it",
            trigger: ".o_merchant_agreement button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "It is on file", trigger: ".o_merchant_accepted a:contains('PDF')" },
        {
            content: "Back",
            trigger: ".o_merchant_menu a[href='/my/merchant/requirements']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Orders are open",
            trigger: "[data-capability='take_orders'][data-state='open']",
        },
    ],
});
