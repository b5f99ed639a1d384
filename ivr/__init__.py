"""IVR: conversations before (and after) the queue. The core is pure; ``session`` drives one caller through one flow."""
