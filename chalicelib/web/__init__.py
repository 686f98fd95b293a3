"""What all pages share: links, forms, headers, the base page and its stylesheet."""
