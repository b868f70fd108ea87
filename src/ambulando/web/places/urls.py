from django.urls import path

from ambulando.web.places import staff, views

urlpatterns = [
    path("places/", views.places, name="places"),
    path("places/add/", views.add, name="add_place"),
    path("places/<int:pk>/", views.change, name="change_place"),
    path("places/<int:pk>/end/", views.end, name="end_place"),
    path("places/<int:pk>/pick/", views.pick, name="pick_place"),
    path("places/manage/", staff.manage, name="manage_places"),
    path("places/manage/add/", staff.add, name="add_place_for_all"),
    path("places/manage/<int:pk>/", staff.change, name="change_place_for_all"),
    path("places/manage/<int:pk>/end/", staff.end, name="end_place_for_all"),
    path("places/manage/lists/<int:pk>/", staff.place_list, name="place_list"),
    path("places/manage/lists/<int:pk>/decide/", staff.decide, name="decide_place_list"),
]
