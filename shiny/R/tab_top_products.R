# Top products: what is looked at, and what becomes of that.

top_products_ui <- function(id) {
  ns <- NS(id)
  panel("Top 20 products", note = "by views", uiOutput(ns("table"), class = "waiting"))
}

top_products_server <- function(id, look) {
  moduleServer(id, function(input, output, session) {
    products <- watch(look$question, function(q) ask_products(look$dwh, q), look$on, look$tick)
    output$table <- renderUI({
      rows <- answer_of(products)$rows
      or_empty(nrow(rows) > 0, "product events")
      table_of(rows, caption = "Products by views", list(
        column_of("Product", "name", cut_to(52), class = "name"),
        column_of("Category", "category", cut_to(16)),
        column_of("Brand", "brand", cut_to(16)),
        column_of("Views", "product_views", with_bar(count), number = TRUE, class = "barred"),
        column_of("Carts", "add_to_carts", count, number = TRUE),
        column_of("View to cart", "view_to_cart_percent", percent, number = TRUE),
        column_of("Orders", "orders", count, number = TRUE),
        column_of("Units", "units", count, number = TRUE),
        column_of("Cart to order", "cart_to_checkout_percent", percent, number = TRUE),
        column_of("Revenue", "revenue_vnd", vnd, number = TRUE),
        column_of("Events", "events", count, number = TRUE)
      ))
    })
  })
}
