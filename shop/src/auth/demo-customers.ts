/** Customers who do not exist, for a shop on one machine. Their ids are fixed, so that they meet their orders again. */
export const DEMO_CUSTOMERS = [
  { subject: "6f1d3b52-0c1e-4b7a-9d55-1a2b3c4d5e01", name: "Nguyễn Minh Anh", email: "minh.anh@example.com" },
  { subject: "6f1d3b52-0c1e-4b7a-9d55-1a2b3c4d5e02", name: "Trần Quốc Bảo", email: "quoc.bao@example.com" },
  { subject: "6f1d3b52-0c1e-4b7a-9d55-1a2b3c4d5e03", name: "Lê Thị Thu Hà", email: "thu.ha@example.com" },
] as const;
