import { registry } from "@web/core/registry";

/** Put a drawn picture into a file field, as a person would choose one. */
async function choosePicture(input) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 64;
    canvas.getContext("2d").fillRect(8, 8, 48, 48);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    const transfer = new DataTransfer();
    transfer.items.add(new File([blob], "renewal.png", { type: "image/png" }));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

registry.category("web_tour.tours").add("marketplace_merchant_documents", {
    url: "/my/merchant",
    steps: () => [
        {
            content: "A document waits to be renewed",
            trigger: "a[data-task='renew']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It says how many products leave the shop",
            trigger: ".o_document_sentence:contains('1 of your products')",
        },
        {
            content: "Renew it",
            trigger: ".o_document_entry a:contains('Renew it')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The new number",
            trigger: "input[name^='number_']",
            run: "edit T-2",
        },
        {
            content: "The new last day",
            trigger: "input[name^='valid_until_']",
            run() {
                this.anchor.value = "2099-12-31";
            },
        },
        {
            content: "The scan",
            trigger: "input[type='file'][name^='document_']",
            async run() {
                await choosePicture(this.anchor);
            },
        },
        {
            content: "Send it",
            trigger: "button[name='action'][value^='upload_']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is being checked, beside the live one",
            trigger: ".o_merchant_content:has(.o_state_pending):has(.o_state_expiring)",
        },
        {
            content: "The yearly check waits as well",
            trigger: "a[href='/my/merchant']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Open it",
            trigger: "a[data-task='reverify']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The data on file",
            trigger: ".o_data_on_file:contains('Orders A')",
        },
        {
            content: "Confirm",
            trigger: "input[name='confirmed']",
            run: "check",
        },
        {
            content: "Send the answer",
            trigger: ".o_reverification_form button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is being looked at",
            trigger: ".o_merchant_content .alert-info:contains('We are looking at it')",
        },
    ],
});
