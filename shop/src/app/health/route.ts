import { database } from "@/database";

/** 200 once the shop can sell: it reads its database. */
export async function GET(): Promise<Response> {
  try {
    await database().product.count();
    return new Response("ok");
  } catch (error) {
    console.error("the database does not answer:", error);
    return new Response("the database does not answer", { status: 503 });
  }
}
