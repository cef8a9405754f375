# Products: which categories and brands do well.

products_ui <- function(id) {
  ns <- NS(id)
  tags$div(class = "columns",
    panel("Top categories", note = "by events about them", plotOutput(ns("categories"), height = "330px"),
          uiOutput(ns("category_table"), class = "waiting")),
    panel("Top brands", note = "by events about them", plotOutput(ns("brands"), height = "330px"),
          uiOutput(ns("brand_table"), class = "waiting"))
  )
}

products_server <- function(id, look) {
  moduleServer(id, function(input, output, session) {
    live <- function(ask_view) watch(look$question, function(q) ask_view(look$dwh, q), look$on, look$tick)
    categories <- live(ask_categories)
    brands <- live(ask_brands)
    bars <- function(live, colour) {
      rows <- answer_of(live)$rows
      or_empty(nrow(rows) > 0, "product events")
      chart_bars(rows$name, rows$events, count(rows$events), chart_width(), colour)
    }
    output$categories <- chart_output(bars(categories, ACCENT), alt = "Product events by category")
    output$brands <- chart_output(bars(brands, SECOND), alt = "Product events by brand")
    output$category_table <- renderUI(group_table(answer_of(categories)$rows, "Category"))
    output$brand_table <- renderUI(group_table(answer_of(brands)$rows, "Brand"))
  })
}

group_table <- function(rows, heading) {
  if (nrow(rows) == 0) return(tags$span()) # the chart says it
  table_of(rows, caption = paste("Events, views, carts, orders, units and revenue by", tolower(heading)), list(
    column_of(heading, "name", cut_to(24)),
    column_of("Events", "events", count, number = TRUE),
    column_of("Views", "product_views", count, number = TRUE),
    column_of("Carts", "add_to_carts", count, number = TRUE),
    column_of("Orders", "orders", count, number = TRUE),
    column_of("Units", "units", count, number = TRUE),
    column_of("Revenue", "revenue_vnd", vnd, number = TRUE)
  ))
}
