"""A map face by OGC API - Features (17-069r4): what QGIS, ArcGIS and GDAL read as it is."""
