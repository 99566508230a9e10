from intelligence.models.measurement import Measurement, ReadingMark

__all__ = ["Measurement", "ReadingMark"]
