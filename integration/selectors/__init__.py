from integration.selectors.preview import Preview, preview_of

__all__ = ["Preview", "preview_of"]
