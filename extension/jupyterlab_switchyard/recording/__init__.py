"""What is kept of a model's routing, and the payload made of it; knows neither hooks nor displays."""
