# Sessions: how long, how many, and which; a click on one shows it event by event.

sessions_ui <- function(id) {
  ns <- NS(id)
  tagList(
    uiOutput(ns("cards"), class = "waiting short"),
    tags$div(class = "columns",
      panel("Sessions by duration", plotOutput(ns("histogram"), height = "260px")),
      panel(textOutput(ns("series_title"), inline = TRUE), plotOutput(ns("series"), height = "260px"))),
    panel("Recent sessions", note = "newest start first", uiOutput(ns("list"), class = "waiting"), pager_ui(ns("pages")))
  )
}

sessions_server <- function(id, look) {
  moduleServer(id, function(input, output, session) {
    live <- function(ask_view) watch(look$question, function(q) ask_view(look$dwh, q), look$on, look$tick)
    sessions <- live(ask_sessions)
    timeseries <- live(ask_timeseries)
    page <- pager_state(look$question)
    asked <- reactive(list(question = look$question(), before = page$before()))
    listed <- watch(asked, function(asked) ask_session_list(look$dwh, asked$question, asked$before), look$on, look$tick)
    rows <- reactive(answer_of(listed)$rows)
    pager_server("pages", page, rows, function(rows) c(rows$started_at[nrow(rows)], rows$session_id[nrow(rows)]))

    output$cards <- renderUI(session_cards(answer_of(sessions)))
    output$histogram <- chart_output({
      answer <- answer_of(sessions)
      or_empty(answer$sessions > 0, "sessions")
      chart_columns(answer$duration_histogram$label, answer$duration_histogram$sessions)
    }, alt = "Sessions by how long they were")
    output$series_title <- renderText(series_title("Sessions", timeseries))
    output$series <- chart_output({
      series <- answer_of(timeseries)
      or_empty(any(series$points$sessions > 0), "sessions")
      chart_series(series$points, "sessions", series$bucket, SECOND)
    }, alt = "Sessions over time")
    output$list <- renderUI({
      or_empty(nrow(rows()) > 0, "sessions")
      session_table(rows(), session$ns("open"))
    })
    observeEvent(input$open, {
      one <- tryCatch(ask_session(look$dwh, input$open), sbw_failure = identity)
      showModal(modalDialog(size = "l", easyClose = TRUE, footer = modalButton("Close"),
        title = paste("Session", short(input$open, 60)),
        if (inherits(one, "sbw_failure")) tags$p(conditionMessage(one)) else timeline_table(one$rows)))
    })
  })
}

session_cards <- function(answer) {
  cards(4,
    card("Sessions", count(answer$sessions)),
    card("Engaged", count(answer$engaged)),
    card("Median duration", duration(answer$median_duration_seconds)),
    card("90% are shorter than", duration(answer$p90_duration_seconds)),
    card("Events per session", sprintf("%.1f", answer$events_per_session)),
    card("Bounces", paste0(count(answer$bounces), "  \u00b7  ", percent(answer$bounce_rate_percent))),
    card("New", count(answer$new_sessions)),
    card("Returning", count(answer$returning_sessions))
  )
}

session_table <- function(rows, input_id) {
  open <- function(ids) {
    lapply(ids, function(id) {
      tags$button(type = "button", class = "open", `data-input` = input_id, `data-value` = id, tags$bdi(short(id, 20)))
    })
  }
  table_of(rows, caption = "Recent sessions", list(
    column_of("Session", "session_id", open),
    column_of("Started", "started_at", moment),
    column_of("Source", "source", cut_to(16)),
    column_of("Device", "device", cut_to(8)),
    column_of("Entry page", "entry_page", cut_to(20)),
    column_of("Events", "events", count, number = TRUE),
    column_of("Views", "product_views", count, number = TRUE),
    column_of("Carts", "add_to_carts", count, number = TRUE),
    column_of("Orders", "orders", count, number = TRUE),
    column_of("Revenue", "revenue_vnd", vnd, number = TRUE),
    column_of("Furthest step", "furthest_step", function(steps) c("\u2013", FUNNEL_STEPS)[steps + 1]),
    # The table scrolls where these find no room.
    column_of("User", "user_id", cut_to(18)),
    column_of("Client", "client_id", cut_to(18)),
    column_of("Last event", "last_at", moment)
  ))
}

timeline_table <- function(rows) {
  if (nrow(rows) == 0) return(tags$p("This session has no events any more."))
  table_of(rows, caption = "Events of the session, oldest first", list(
    column_of("Time (UTC)", "event_timestamp", moment),
    column_of("After", "seconds_since_previous", duration, number = TRUE),
    column_of("Event", "event_name", cut_to(28)),
    column_of("Product", "context_product_name", cut_to(40)),
    column_of("Login", "user_login_state", cut_to(14))
  ))
}
