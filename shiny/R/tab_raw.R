# Raw sample: the product events themselves, newest first, 20 a page.

raw_ui <- function(id) {
  ns <- NS(id)
  panel("Product events", note = "newest first", uiOutput(ns("rows"), class = "waiting"), pager_ui(ns("pages")))
}

raw_server <- function(id, look) {
  moduleServer(id, function(input, output, session) {
    page <- pager_state(look$question)
    asked <- reactive(list(question = look$question(), before = page$before()))
    raw <- watch(asked, function(asked) ask_raw(look$dwh, asked$question, asked$before, products_only = TRUE), look$on, look$tick)
    pages <- watch(look$question, function(q) ask_raw_pages(look$dwh, q, products_only = TRUE), look$on, look$tick)
    rows <- reactive(answer_of(raw)$rows)
    pager_server("pages", page, rows, function(rows) c(rows$event_timestamp[nrow(rows)], rows$event_id[nrow(rows)]),
                 function() answer_of(pages)$pages)
    output$rows <- renderUI({
      or_empty(nrow(rows()) > 0, "product events")
      raw_table(rows())
    })
  })
}

raw_table <- function(rows) {
  table_of(rows, caption = "Product events, newest first", list(
    column_of("Time (UTC)", "event_timestamp", moment),
    column_of("Event", "event_name", cut_to(22)),
    column_of("Product", "context_product_name", cut_to(36), class = "name"),
    column_of("Category", "context_product_category", cut_to(18)),
    column_of("Brand", "context_product_brand", cut_to(18)),
    column_of("Price", "context_product_price", vnd, number = TRUE),
    column_of("Discounted", "context_product_discount_price", vnd, number = TRUE),
    column_of("Login", "user_login_state", cut_to(12)),
    column_of("User", "user_id", cut_to(16)),
    column_of("Client", "client_id", cut_to(16)),
    column_of("Session", "session_id", cut_to(16)),
    column_of("First visit", "is_first_visit", yes_no),
    column_of("Identity", "identity_source", cut_to(16)),
    column_of("Product id", "context_product_id", cut_to(16)),
    column_of("Path", "context_product_url_path", cut_to(30)),
    column_of("Event id", "event_id", cut_to(36))
  ))
}
