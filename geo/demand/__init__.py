"""Where and when the need is: live hours, rates, and their doubt."""
