from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """Pages by position, newest first, with no count: the same cost at row 50 and at row 5,000,000."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
