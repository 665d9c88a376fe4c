import pytest
from chart import VALUE_SETS, render_set


@pytest.fixture(params=sorted(VALUE_SETS))
def value_set(request):
    return request.param


@pytest.fixture
def rendered(value_set):
    return render_set(value_set)
