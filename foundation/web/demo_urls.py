from django.urls import path

from foundation.web import demo

urlpatterns = [
    path("", demo.index, name="demo"),
    path("sign-in/<str:username>/", demo.sign_in, name="demo_sign_in"),
    path("styleguide/", demo.styleguide, name="styleguide"),
    path("mail/", demo.mail, name="demo_mail"),
]
