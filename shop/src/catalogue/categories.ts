/** The categories of the catalogue, in the order in which the shop shows them. */
export const CATEGORIES = [
  { id: "laptop", name: "Laptop", line: "Làm việc, học tập, di chuyển", drawing: "laptop" },
  { id: "monitor", name: "Màn hình", line: "Từ văn phòng đến 165 Hz", drawing: "monitor" },
  { id: "keyboard", name: "Bàn phím", line: "Cơ, không dây, gọn bàn", drawing: "keyboard-knob" },
  { id: "mouse", name: "Chuột", line: "Chuột và lót chuột", drawing: "mouse-wireless" },
  { id: "headphone", name: "Tai nghe", line: "Chơi game, họp, nghe nhạc", drawing: "headphone" },
  { id: "accessory", name: "Phụ kiện", line: "Những thứ nhỏ mà cần", drawing: "speaker" },
] as const;

export type Category = (typeof CATEGORIES)[number];

export function categoryOf(id: string): Category | undefined {
  return CATEGORIES.find((category) => category.id === id);
}
