/** A page of a React shop, as `react.test.ts` loads it. */
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { start } from "../../src/index.ts";
import { Clickstream, TrackView, useView } from "../../src/react.ts";

start();

function Product({ id }: { id: string }) {
  useView("product_view", { product: { id } });
  return <button type="button">Thêm {id}</button>;
}

function Shop() {
  const [id, setId] = useState("1");
  const [count, setCount] = useState(0);
  const user = { userId: "us-1", identitySource: "cognito_email" };
  return (
    <main data-count={count}>
      {count < 3 && <Product id={id} />}
      {count === 3 && <Product key="again" id={id} />}
      <TrackView event="category_view" product={{ category: "keyboard" }} />
      <button type="button" id="render" onClick={() => setCount(count + 1)}>
        {count}
      </button>
      <button type="button" id="other" onClick={() => setId("2")}>
        other
      </button>
      <Clickstream user={count < 4 ? user : null} />
    </main>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Shop />
    </StrictMode>,
  );
}
