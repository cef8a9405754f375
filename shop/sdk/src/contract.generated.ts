export interface Product {
  id?: string;
  name?: string;
  category?: string;
  brand?: string;
  price?: number;
  discountPrice?: number;
  urlPath?: string;
}
export interface Item {
  productId: string;
  name?: string;
  category?: string;
  brand?: string;
  price?: number;
  discountPrice?: number;
  quantity?: number;
}
export interface Cart {
  id?: string;
  total?: number;
  items: Item[];
}
export interface Order {
  id: string;
  number?: string;
  total?: number;
  items: Item[];
}
export interface Search {
  query: string;
  results?: number;
}
export interface Identity {
  userId?: string;
  userLoginState: "logged_in" | "anonymous" | "guest";
  identitySource?: string;
}
