"""Classes follow their facility when it is merged. Owns table enrollment.merged_facility."""
