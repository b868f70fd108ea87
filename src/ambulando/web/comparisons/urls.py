from django.urls import path

from ambulando.web.comparisons import views

urlpatterns = [
    path("compare/", views.comparisons, name="comparisons"),
    path("compare/new/<slug:question>/", views.set_up, name="set_up_comparison"),
    path("compare/<int:pk>/", views.comparison, name="comparison"),
    path("compare/<int:pk>/stop/", views.stop, name="stop_comparison"),
    path("compare/<int:pk>/remove/", views.remove, name="remove_comparison"),
    path("compare/<int:pk>/days.csv", views.days_csv, name="comparison_days"),
    path("compare/<int:pk>/design.json", views.design_json, name="comparison_design"),
]
