"""Training: windows of music, the masked and the adversarial trainers, and the reference's own."""
