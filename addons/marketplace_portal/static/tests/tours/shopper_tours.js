import { registry } from "@web/core/registry";
import * as tourUtils from "@website_sale/js/tours/tour_utils";

const PICTURE =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

function addToCart(name, seller) {
    return [
        {
            content: "Back to the shop",
            trigger: "a[href='/shop']:contains(Shop)",
            run: "click",
            expectUnloadPage: true,
        },
        ...tourUtils.searchProduct(name, { select: true }),
        {
            content: `The page of ${name} says who sells it`,
            trigger: `.o_marketplace_seller:contains(${seller})`,
        },
        {
            content: `Put ${name} into the cart`,
            trigger: "#product_detail form #add_to_cart",
            run: "click",
        },
    ];
}

/** Choose a photo as the file dialogue would. */
export function choosePhoto() {
    const bytes = Uint8Array.from(atob(PICTURE), (char) => char.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], "crack.png", { type: "image/png" }));
    document.querySelector("input[name='files']").files = files.files;
}

registry.category("web_tour.tours").add("marketplace_shopper_buys", {
    steps: () => [
        ...addToCart("Tour Bowl", "Orchid Shop"),
        { trigger: "a sup.my_cart_quantity:text(1)" },
        ...addToCart("Tour Vase", "Bamboo Shop"),
        { trigger: "a sup.my_cart_quantity:text(2)" },
        ...addToCart("Tour Lamp", "Sold by"),
        tourUtils.goToCart({ quantity: 3 }),
        {
            content: "The cart says who sells what",
            trigger: ".o_cart_product:contains(Tour Vase):contains(Sold by Bamboo Shop)",
        },
        tourUtils.goToCheckout(),
        {
            content: "The merchants deliver",
            trigger: "[name='o_delivery_method']:contains(Delivery by the merchants)",
        },
        tourUtils.confirmOrder(),
        ...tourUtils.payWithDemo(),
        {
            content: "The confirmation says who sends what",
            trigger: ".o_marketplace_sellers:contains(Bamboo Shop):contains(Orchid Shop)",
        },
    ],
});

registry.category("web_tour.tours").add("marketplace_shopper_receives", {
    steps: () => [
        {
            content: "Each merchant's parcel has its own number",
            trigger: ".o_marketplace_parcel:contains(Bamboo Shop) .o_marketplace_tracking:contains(SFORDB)",
        },
        {
            content: "Confirm the first parcel",
            trigger: ".o_marketplace_parcel:contains(Orchid Shop) .o_marketplace_confirm",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".alert-success:contains(Enjoy your purchase)" },
        {
            content: "Complain about the second one",
            trigger: ".o_marketplace_parcel:contains(Bamboo Shop) .o_marketplace_complain",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "select[name='kind']", run: "select quality" },
        { trigger: "input[name='subject']", run: "edit The vase has a crack" },
        { trigger: "textarea[name='description']", run: "edit It leaks. I want my money back." },
        { trigger: "input[name='files']", run: choosePhoto },
        {
            content: "Send the complaint",
            trigger: ".o_marketplace_form button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The thread shows text and photo",
            trigger: ".o_party_shopper:contains(It leaks):has(.o_marketplace_file img)",
        },
    ],
});
