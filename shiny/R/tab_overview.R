# Overview: the shop in numbers, over time, by event and by login state.

overview_ui <- function(id) {
  ns <- NS(id)
  tagList(
    uiOutput(ns("cards"), class = "waiting short"),
    panel(textOutput(ns("series_title"), inline = TRUE), plotOutput(ns("series"), height = "250px")),
    tags$div(class = "columns wide-left",
      panel("Top 10 event types", plotOutput(ns("events"), height = "330px")),
      panel("Events by login state", plotOutput(ns("logins"), height = "330px")))
  )
}

overview_server <- function(id, look) {
  moduleServer(id, function(input, output, session) {
    live <- function(ask_view, on = look$on) watch(look$question, function(q) ask_view(look$dwh, q), on, look$tick)
    # The numbers are there before the charts are drawn.
    numbers_are_there <- reactiveVal(FALSE)
    session$onFlushed(function() numbers_are_there(TRUE))
    charts_on <- reactive(look$on() && numbers_are_there())
    overview <- live(ask_overview)
    timeseries <- live(ask_timeseries, charts_on)
    events <- live(ask_events, charts_on)
    logins <- live(ask_logins, charts_on)

    output$cards <- renderUI(overview_cards(answer_of(overview)))
    output$series_title <- renderText(series_title("Events", timeseries))
    output$series <- chart_output({
      series <- answer_of(timeseries)
      or_empty(any(series$points$events > 0))
      chart_series(series$points, "events", series$bucket)
    }, alt = "Events over time")
    output$events <- chart_output({
      rows <- answer_of(events)$rows
      or_empty(nrow(rows) > 0)
      chart_bars(rows$event_name, rows$events, share_label(rows), chart_width())
    }, alt = "The most frequent event types")
    output$logins <- chart_output({
      rows <- answer_of(logins)$rows
      or_empty(nrow(rows) > 0)
      chart_bars(rows$user_login_state, rows$events, share_label(rows), chart_width(), SECOND)
    }, alt = "Events by login state")
  })
}

overview_cards <- function(now) {
  before <- now$previous
  of <- function(name, field, write = count) card(name, write(now[[field]]), write(before[[field]]))
  cards(6,
    of("Total events", "total_events"),
    of("Unique clients", "unique_clients"),
    of("Unique users", "unique_users"),
    of("Sessions", "sessions"),
    of("Conversion", "conversion_rate_percent", percent),
    of("Checkout rate", "checkout_rate_percent", percent),
    of("Revenue", "revenue_vnd", vnd),
    of("Orders", "orders"),
    of("Units", "units"),
    of("Average order", "average_order_value_vnd", vnd),
    of("Carts left", "cart_abandonment_percent", percent),
    of("Orders by cart", "orders_inferred")
  )
}

series_title <- function(what, live) {
  bucket <- live$answer()$bucket
  if (is.null(bucket)) paste(what, "over time") else paste(what, "per", bucket)
}

share_label <- function(rows) paste0(count(rows$events), "  \u00b7  ", percent(rows$percent))
