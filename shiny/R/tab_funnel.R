# Funnel: where shoppers drop out on the way to an order.

FUNNEL_BY <- c("All sessions" = "", "By login state" = "login", "By category" = "category", "By brand" = "brand")

# More of them say nothing side by side; the table has them all.
MOST_FUNNELS <- 6

funnel_ui <- function(id) {
  ns <- NS(id)
  panel("From a look to an order", note = "sessions that reached each step, in order",
    radioButtons(ns("by"), NULL, FUNNEL_BY, inline = TRUE),
    uiOutput(ns("chart_place"), class = "waiting"),
    uiOutput(ns("table"), class = "waiting"))
}

funnel_server <- function(id, look) {
  moduleServer(id, function(input, output, session) {
    asked <- reactive(list(question = look$question(), by = if (nzchar(input$by)) input$by else NA))
    funnel <- watch(asked, function(asked) funnel_rows(ask_funnel(look$dwh, asked$question, asked$by)), look$on, look$tick)
    shown <- reactive({
      rows <- answer_of(funnel)
      or_empty(any(rows$sessions > 0), "sessions with a product view")
      rows[rows$group %in% utils::head(levels(rows$group), MOST_FUNNELS), ]
    })
    # The height follows the number of funnels, so the place is made with it.
    output$chart_place <- renderUI({
      lines <- ceiling(length(unique(shown()$group)) / 2)
      plotOutput(session$ns("chart"), height = paste0(if (length(unique(shown()$group)) == 1) 250 else 190 * lines, "px"))
    })
    output$chart <- chart_output({
      rows <- shown()
      chart <- chart_funnel(rows, chart_width(), columns = if (length(unique(rows$group)) == 1) 1 else 2)
      if (nlevels(rows$group) == 1) chart + theme(strip.text = element_blank()) else chart
    }, alt = "Sessions at each step of the funnel")
    output$table <- renderUI({
      rows <- answer_of(funnel)
      or_empty(any(rows$sessions > 0), "sessions with a product view")
      funnel_table(rows)
    })
  })
}

# One row a step, of one funnel or of all groups, in the answer's order.
funnel_rows <- function(answer) {
  groups <- if (is.null(answer$groups)) list(list(name = "All sessions", rows = answer$rows)) else answer$groups
  names <- vapply(groups, function(group) clean(group$name), character(1))
  rows <- do.call(rbind, lapply(seq_along(groups), function(i) cbind(place = i, groups[[i]]$rows)))
  if (is.null(rows)) return(data.frame(sessions = integer(), group = factor()))
  # Two names may look the same once they are cleaned.
  rows$group <- factor(rows$place, labels = make.unique(short(names, 40), " #"))
  rows
}

funnel_table <- function(rows) {
  grouped <- nlevels(rows$group) > 1
  rows$group <- as.character(rows$group)
  rows$group[rows$step > 1] <- ""
  columns <- list(
    if (grouped) column_of("Group", "group", cut_to(28), class = "name"),
    column_of("Step", "event_name", cut_to(28)),
    column_of("Sessions", "sessions", count, number = TRUE),
    column_of("Of the first", "percent_of_first", percent, number = TRUE),
    column_of("Of the previous", "percent_of_previous", percent, number = TRUE),
    column_of("Dropped", "dropped", count, number = TRUE),
    column_of("Median time", "median_seconds_from_previous", duration, number = TRUE)
  )
  table_of(rows, Filter(Negate(is.null), columns), caption = "Steps of the funnel")
}
