"""The MobileNetV2 of nsfwjs 4.3.0, which knows drawings: weights, network, and how the weights came here."""
