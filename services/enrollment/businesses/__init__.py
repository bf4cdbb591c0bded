"""What people said of their businesses over time, and the size classes. Owns participant_business."""
