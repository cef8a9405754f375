# Activity: when in the week things happen.

# Clocks that people here live by.
CLOCKS <- c("UTC", "Asia/Ho_Chi_Minh")

activity_ui <- function(id) {
  ns <- NS(id)
  panel("Events by weekday and hour",
    radioButtons(ns("zone"), NULL, CLOCKS, inline = TRUE),
    plotOutput(ns("week"), height = "400px"),
    tags$p(class = "remark", textOutput(ns("busiest"), inline = TRUE)))
}

activity_server <- function(id, look) {
  moduleServer(id, function(input, output, session) {
    asked <- reactive(list(question = look$question(), zone = input$zone))
    week <- watch(asked, function(asked) ask_heatmap(look$dwh, asked$question, asked$zone), look$on, look$tick)
    output$week <- chart_output({
      answer <- answer_of(week)
      or_empty(!is.null(answer$busiest))
      chart_week(answer$cells, answer$busiest)
    }, alt = "Events for each hour of the week")
    output$busiest <- renderText({
      busiest <- req(answer_of(week)$busiest)
      sprintf("Busiest: %s, %02d:00 to %02d:59 (%s), with %s events.", WEEKDAYS[busiest$weekday], busiest$hour, busiest$hour,
              isolate(input$zone), count(busiest$events))
    })
  })
}
