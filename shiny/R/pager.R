# Pages of a list that is asked for by where the last page ended.

pager_ui <- function(id) {
  ns <- NS(id)
  tags$nav(class = "pager", `aria-label` = "Pages",
    actionButton(ns("prev"), "\u2039 Prev"),
    textOutput(ns("place"), inline = TRUE),
    actionButton(ns("next"), "Next \u203a"))
}

# `question` starts it anew; `cursor_of(rows)` is where a page ends; `pages()` how
# many there are, or NULL. `before` is where the page that is looked at starts.
pager_state <- function(question) {
  ends <- reactiveVal(list())
  observeEvent(question(), ends(list()))
  list(
    ends = ends,
    number = reactive(length(ends()) + 1),
    before = reactive(if (length(ends())) ends()[[length(ends())]] else c(NA, NA))
  )
}

pager_server <- function(id, state, rows, cursor_of, pages = function() NULL, size = 20) {
  moduleServer(id, function(input, output, session) {
    has_next <- reactive({
      total <- pages()
      if (is.null(total)) nrow(rows()) == size else state$number() < total
    })
    observeEvent(input[["next"]], if (has_next() && nrow(rows())) {
      state$ends(c(state$ends(), list(cursor_of(rows()))))
    })
    observeEvent(input$prev, state$ends(utils::head(state$ends(), -1)))
    output$place <- renderText({
      total <- pages()
      paste0("Page ", count(state$number()), if (!is.null(total)) paste0(" of ", count(max(total, state$number()))))
    })
    observe({
      session$sendCustomMessage("enable", list(id = session$ns("prev"), on = state$number() > 1))
      session$sendCustomMessage("enable", list(id = session$ns("next"), on = isTRUE(has_next())))
    })
  })
}
