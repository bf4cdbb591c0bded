"""The page that anybody may read: national progress, and the opening by province."""
