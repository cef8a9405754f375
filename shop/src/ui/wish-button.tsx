import { eventProduct, type Product, pathOf } from "@/catalogue/product";
import { TrackedForm } from "@/clickstream/tracked-form";
import { HeartIcon } from "@/ui/icons";
import { toggleWish } from "@/wishlist/actions";

export function WishButton({ product, wished }: { product: Product; wished: boolean }) {
  return (
    <TrackedForm
      action={toggleWish}
      meaning={{ event: "wishlist_toggle", product: eventProduct(product) }}
      className="grow basis-0"
    >
      <input type="hidden" name="productId" value={product.id} />
      <input type="hidden" name="from" value={pathOf(product)} />
      <button type="submit" aria-pressed={wished} className="button button-quiet w-full px-3">
        <span className={wished ? "text-accent" : ""}>
          <HeartIcon filled={wished} />
        </span>
        {wished ? "Đã thích" : "Yêu thích"}
      </button>
    </TrackedForm>
  );
}
