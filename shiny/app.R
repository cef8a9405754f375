# sbw_dashboard: the warehouse in a browser. Shiny sources R/ first; start reading
# at R/page.R for what is on the page, R/questions.R for where its numbers come from.

library(shiny)
library(ggplot2)

# Under a service manager there may be no locale, and names are in Vietnamese.
if (!isTRUE(l10n_info()[["UTF-8"]])) Sys.setlocale("LC_CTYPE", "C.UTF-8")

# Packages come compiled. Compiling what is made anew for each session costs more
# than it saves, while somebody waits.
compiler::enableJIT(0)

# One connection for all sessions of this process.
dwh <- warehouse()
warm_up(dwh)

shinyApp(dashboard_page, function(input, output, session) dashboard_server(dwh, input, output, session))
