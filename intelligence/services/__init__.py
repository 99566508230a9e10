from intelligence.services.read_events import read_events, rebuild_measurements

__all__ = ["read_events", "rebuild_measurements"]
